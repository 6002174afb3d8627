// Original file: src/nomad/proto/driver.proto


export interface RecoverTaskResponse {
}

export interface RecoverTaskResponse__Output {
}
