// Original file: src/nomad/proto/driver.proto


export interface ShutdownRequest {
}

export interface ShutdownRequest__Output {
}
