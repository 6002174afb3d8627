// Original file: src/nomad/proto/driver.proto


export interface SignalTaskResponse {
}

export interface SignalTaskResponse__Output {
}
