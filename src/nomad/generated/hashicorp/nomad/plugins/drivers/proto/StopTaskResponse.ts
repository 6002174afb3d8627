// Original file: src/nomad/proto/driver.proto


export interface StopTaskResponse {
}

export interface StopTaskResponse__Output {
}
