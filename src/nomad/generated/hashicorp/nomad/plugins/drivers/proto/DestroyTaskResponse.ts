// Original file: src/nomad/proto/driver.proto


export interface DestroyTaskResponse {
}

export interface DestroyTaskResponse__Output {
}
