# Takes a prepared pod, gives it mounts of its own, and becomes the rest of its launch:
#
#   perl begin-launch.pl UNSHARE MOUNT FROM TO REFUSAL SCRIPT [SOURCE TARGET TYPE FLAGS OPTIONS]… 9<pod.lck
#
# It replaces flock(1) twice, unshare(1), mv(1) and mount(8) for each mount, which take a fifth of a start. The working directory is
# that of the pod, and TARGETs are relative to it. UNSHARE and MOUNT are the numbers of the system calls. The first mount that fails
# ends them without a word: the script, whose first argument is the number that was made, repeats it and says why it cannot be done.
use strict;

my ($unshare, $mount, $from, $to, $refusal, $script, @mounts) = @ARGV;
my ($none, $top, $here) = ('none', '/', './');
delete $ENV{PERL_BADLANG};
# The lock of the pod is for as long as its app lives.
$^F = 1023;

# Of several launchers the one that gets pod.lck goes on; the others must not wait for the lock of a running pod.
open my $launching, '<&=', 9 or refuse();
flock $launching, 2 | 4 or refuse();
-d $from or refuse();
open my $pod, '<', '.' or refuse();
flock $pod, 2 or refuse();
syscall(0 + $unshare, 0x20000) == 0 && syscall(0 + $mount, $none, $top, 0, 0x44000, 0) == 0
  or fail("cannot make a mount namespace: $!");
umask 022;
rename $from, $to or refuse();
close $launching;

# The lock is of a directory that does not see the mounts of this namespace.
$^F = 2;
open my $home, '<', '.' or fail("cannot open the pod: $!");
my $at = readlink '/proc/self/cwd';
my $done = 0;
while (my ($source, $target, $type, $flags, $options) = splice @mounts, 0, 5) {
  if ($options ne '') {
    # Options can have paths, which are relative as well.
    syscall(0 + $mount, $source, $target, $type, 0 + $flags, $options) == 0 or last;
  } else {
    mkdir $target;
    # A symbolic link would lead elsewhere.
    chdir $target && readlink('/proc/self/cwd') eq "$at/$target" or last;
    syscall(0 + $mount, $source, $here, $type, 0 + $flags, 0) == 0 or last;
    chdir $home or last;
  }
  $done++;
}
chdir $home or fail("cannot return to the pod: $!");
exec '/bin/sh', '-c', $script, 'rkt', $done or fail("cannot execute /bin/sh: $!");

sub refuse { fail($refusal) }

sub fail {
  print STDERR "$_[0]\n";
  exit 254;
}
