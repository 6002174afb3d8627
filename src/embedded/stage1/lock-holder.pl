# Holds locks for the thread that has started it, as long as its descriptor 3 is open: perl lock-holder.pl
#
# `lock ID DIRECTORY [FILE]` takes the exclusive lock of a directory, and before it the shared one of a file, which is made when it is
# missing; `free ID` releases both. Paths are in hexadecimal digits. Each line is answered by one: `yes`, or `no` when another
# process has a lock or there is no such directory.
use strict;

# Not a child of that thread: when the thread has ended, only its process could wait for it, and would not.
exit 0 if fork;

open my $requests, '<&=', 3 or exit 1;
my %held;
$| = 1;
while (my $line = <$requests>) {
  my ($verb, $id, @paths) = split ' ', $line;
  my ($directory, $shared) = map { pack 'H*', $_ } @paths;
  my @locks;
  if ($verb eq 'lock') {
    # O_RDONLY | O_CREAT, then LOCK_SH | LOCK_NB and LOCK_EX | LOCK_NB.
    my $is_held = !defined $shared || sysopen($locks[1], $shared, 64, 0666) && flock $locks[1], 1 | 4;
    $is_held &&= open($locks[0], '<', "$directory/.") && flock $locks[0], 2 | 4;
    print $is_held ? "yes\n" : "no\n";
    $held{$id} = \@locks if $is_held;
  } else {
    delete $held{$id};
    print "yes\n";
  }
}
