// Original file: src/nomad/proto/base.proto


export interface SetConfigResponse {
}

export interface SetConfigResponse__Output {
}
