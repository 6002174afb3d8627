// Original file: src/nomad/proto/driver.proto


export interface TaskEventsRequest {
}

export interface TaskEventsRequest__Output {
}
