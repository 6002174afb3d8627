// Original file: src/nomad/proto/driver.proto


export interface ShutdownResponse {
}

export interface ShutdownResponse__Output {
}
