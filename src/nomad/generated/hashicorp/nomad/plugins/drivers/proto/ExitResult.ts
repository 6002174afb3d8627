// Original file: src/nomad/proto/driver.proto


export interface ExitResult {
  'exit_code'?: (number);
  'signal'?: (number);
  'oom_killed'?: (boolean);
}

export interface ExitResult__Output {
  'exit_code': (number);
  'signal': (number);
  'oom_killed': (boolean);
}
