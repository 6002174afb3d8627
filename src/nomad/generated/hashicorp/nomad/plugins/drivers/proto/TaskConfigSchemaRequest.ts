// Original file: src/nomad/proto/driver.proto


export interface TaskConfigSchemaRequest {
}

export interface TaskConfigSchemaRequest__Output {
}
