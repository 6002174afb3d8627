// Original file: src/nomad/proto/driver.proto


export interface InitResponse {
}

export interface InitResponse__Output {
}
