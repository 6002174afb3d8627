// Original file: src/nomad/proto/base.proto


export interface ConfigSchemaRequest {
}

export interface ConfigSchemaRequest__Output {
}
