// Original file: src/nomad/proto/driver.proto


export interface FingerprintRequest {
}

export interface FingerprintRequest__Output {
}
