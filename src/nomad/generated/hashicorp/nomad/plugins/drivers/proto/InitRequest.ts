// Original file: src/nomad/proto/driver.proto


export interface InitRequest {
}

export interface InitRequest__Output {
}
