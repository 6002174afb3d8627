# Waits for a process that a command leaves behind: await-container.pl PID_FILE COUNT AFTER… COMMAND…
#
# COMMAND writes the pid to PID_FILE and ends. The process then becomes a child of this one, which passes signals on to it, runs
# the COUNT words of AFTER when it has ended, and ends with its exit code: 128 + n after signal n.
use strict;
use POSIX qw(:sys_wait_h :signal_h);

my ($pid_file, $count, @words) = @ARGV;
my @after = splice @words, 0, $count;

# prctl(PR_SET_CHILD_SUBREAPER, 1), for which perl has no name.
my %prctl = (x86_64 => 157, aarch64 => 167, riscv64 => 167, ppc64le => 171, s390x => 172, i686 => 172, armv7l => 172);
my $number = $prctl{(POSIX::uname())[4]} or fail('this machine is not supported with runc: please install crun');
syscall($number, 36, 1, 0, 0, 0) == 0 or fail("cannot wait for the app: $!");

# Signals are blocked but in sigsuspend(2): none comes between a check and the wait after it.
my @pending;
my ($all, $before, $none) = (POSIX::SigSet->new, POSIX::SigSet->new, POSIX::SigSet->new);
$all->fillset;
sigprocmask(SIG_BLOCK, $all, $before);
for my $name (qw(HUP INT QUIT USR1 USR2 TERM CONT TSTP TTIN TTOU WINCH ALRM)) {
  $SIG{$name} = sub { push @pending, $name };
}
$SIG{CHLD} = sub { };

my $command = fork;
fail("cannot fork: $!") unless defined $command;
if ($command == 0) {
  # Nothing but the waiting process holds the locks.
  POSIX::close($_) for 4 .. 9;
  sigprocmask(SIG_SETMASK, $before);
  exec { $words[0] } @words or fail("cannot execute $words[0]: $!");
}

my $app;
while (1) {
  while ((my $pid = waitpid(-1, WNOHANG)) > 0) {
    if ($pid == $command) {
      exit code($?) if $?;
      $app = written_pid();
    } elsif (defined $app ? $pid == $app : is_app($pid)) {
      finish(code($?));
    }
  }
  if (defined $app) { kill($_ => $app) for splice @pending }
  sigsuspend($none);
}

# The app has ended before the command did.
sub is_app {
  my ($pid) = @_;
  return -s $pid_file && written_pid() == $pid;
}

sub written_pid {
  open my $file, '<', $pid_file or fail("cannot read $pid_file: $!");
  my $line = <$file>;
  return $line + 0;
}

sub finish {
  my ($code) = @_;
  waitpid($command, 0);
  # What it says of a container that is gone is of no use.
  if (my $cleaner = @after ? fork : undef) {
    waitpid $cleaner, 0;
  } elsif (defined $cleaner) {
    POSIX::close($_) for 4 .. 9;
    sigprocmask(SIG_SETMASK, $before);
    open STDOUT, '>', '/dev/null';
    open STDERR, '>', '/dev/null';
    exec { $after[0] } @after;
    POSIX::_exit(1);
  }
  exit $code;
}

sub code {
  my ($status) = @_;
  return WIFSIGNALED($status) ? 128 + WTERMSIG($status) : WEXITSTATUS($status);
}

sub fail {
  print STDERR "run: $_[0]\n";
  exit 254;
}
