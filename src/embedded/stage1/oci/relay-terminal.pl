# Relays the terminal of a container: relay-terminal.pl RECVMSG SOCKET COMMAND…
#
# COMMAND connects to SOCKET and sends the master side of the container's terminal. This program copies between it and the terminal
# of the caller, keeps their sizes equal, passes signals on to COMMAND and ends with its exit code: 128 + n after signal n.
# RECVMSG is the number of recvmsg(2), for which perl has no name.
use strict;
use Errno qw(EAGAIN EINTR);
use Fcntl qw(F_GETFL F_SETFL O_NONBLOCK);
use POSIX qw(:sys_wait_h :termios_h);
use Socket qw(AF_UNIX SOCK_STREAM pack_sockaddr_un);

use constant { TIOCGWINSZ => 0x5413, TIOCSWINSZ => 0x5414, SIZE => 65536 };

my ($recvmsg, $path, @words) = @ARGV;
my ($dir, $name) = $path =~ m{^(.*)/([^/]+)$}s;
# The address of a socket has room for 107 bytes; a directory can be longer.
opendir my $directory, $dir or fail("cannot read $dir: $!");
socket my $listener, AF_UNIX, SOCK_STREAM, 0 or fail("cannot make a socket: $!");
bind $listener, pack_sockaddr_un('/proc/self/fd/' . fileno($directory) . "/$name") or fail("cannot make $path: $!");
listen $listener, 1 or fail("cannot listen to $path: $!");

my ($command, $status, $saved);
my $is_resized = 1;
for my $signal (qw(HUP INT QUIT USR1 USR2 TERM CONT)) {
  $SIG{$signal} = sub { kill $signal => $command if $command };
}
$SIG{WINCH} = sub { $is_resized = 1 };
$SIG{TTOU} = 'IGNORE';
# A handler interrupts select(2), as the default does not.
$SIG{CHLD} = sub { };

$command = fork;
fail("cannot fork: $!") unless defined $command;
if ($command == 0) {
  $SIG{TTOU} = 'DEFAULT';
  exec { $words[0] } @words or fail("cannot execute $words[0]: $!");
}

my ($master, $input) = (undef, '');
my $has_input = 1;
until (has_ended()) {
  resize() if $master && $is_resized;
  my ($readable, $writable) = ('', '');
  vec($readable, fileno($master // $listener), 1) = 1;
  vec($readable, 0, 1) = 1 if $master && $has_input && $input eq '';
  vec($writable, fileno($master), 1) = 1 if $input ne '';
  # A signal between the check and the wait is seen a second later at most.
  next if select($readable, $writable, undef, 1) <= 0;
  if (!$master) {
    $master = received_master();
    make_raw() if $master;
    next;
  }
  read_input() if vec($readable, 0, 1);
  write_input() if $input ne '';
  last if vec($readable, fileno($master), 1) && !copy_output();
}
1 until has_ended(0);
# A short command can end before its terminal has been accepted.
$master //= received_master();
if ($master) { 1 while copy_output() }
finish($status);

# True when the command has ended.
sub has_ended {
  my ($flags) = @_;
  return 1 if defined $status;
  $status = $? if waitpid($command, $flags // WNOHANG) == $command;
  return defined $status;
}

# The descriptor that comes with a message: struct msghdr and struct cmsghdr of a machine with 64 bits. Undefined without one.
sub received_master {
  vec(my $readable = '', fileno($listener), 1) = 1;
  return undef unless select($readable, undef, undef, 0) > 0 && accept my $socket, $listener;
  my $data = join '', map { "\0" } 1 .. 256;
  my $control = join '', map { "\0" } 1 .. 64;
  my $vector = pack 'P Q', $data, length $data;
  my $message = pack 'Q L x4 P Q P Q l x4', 0, 0, $vector, 1, $control, length $control, 0;
  my $count;
  do { $count = syscall $recvmsg, fileno $socket, $message, 0 } while $count < 0 && $! == EINTR;
  my ($length, undef, undef, $number) = unpack 'Q l l l', $control;
  return undef if $count < 0 || $length < 20;
  open my $file, '+<&=', $number or fail("cannot use the terminal: $!");
  fcntl $file, F_SETFL, fcntl($file, F_GETFL, 0) | O_NONBLOCK;
  return $file;
}

# The terminal of the container does what the caller's would do: echo, lines, signals of keys.
sub make_raw {
  return unless -t STDIN;
  $saved = POSIX::Termios->new;
  my $raw = POSIX::Termios->new;
  $saved->getattr(0);
  $raw->getattr(0);
  $raw->setiflag($raw->getiflag & ~(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON));
  $raw->setoflag($raw->getoflag & ~OPOST);
  $raw->setlflag($raw->getlflag & ~(ECHO | ECHONL | ICANON | ISIG | IEXTEN));
  $raw->setcflag($raw->getcflag & ~(CSIZE | PARENB) | CS8);
  $raw->setattr(0, TCSANOW);
}

sub resize {
  $is_resized = 0;
  my $size = "\0" x 8;
  ioctl $master, TIOCSWINSZ, $size if ioctl STDIN, TIOCGWINSZ, $size;
}

sub read_input {
  my $count = sysread STDIN, $input, SIZE;
  $has_input = 0 unless $count || !defined $count && ($! == EAGAIN || $! == EINTR);
}

sub write_input {
  my $count = syswrite $master, $input;
  substr $input, 0, $count, '' if $count;
}

# False when there is no more.
sub copy_output {
  my $count = sysread $master, my $output, SIZE;
  return 0 unless $count;
  while ($output ne '') {
    my $written = syswrite STDOUT, $output;
    if (defined $written) {
      substr $output, 0, $written, '';
    } elsif ($! == EAGAIN) {
      vec(my $writable = '', 1, 1) = 1;
      select undef, $writable, undef, undef;
    } elsif ($! != EINTR) {
      return 0;
    }
  }
  return 1;
}

sub finish {
  my ($result) = @_;
  $saved->setattr(0, TCSANOW) if $saved;
  unlink $path;
  exit(WIFSIGNALED($result) ? 128 + WTERMSIG($result) : WEXITSTATUS($result));
}

sub fail {
  print STDERR "terminal: $_[0]\n";
  unlink $path;
  exit 254;
}
