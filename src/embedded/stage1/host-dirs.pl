# Mounts what every app sees of the host, at directories that it makes: perl host-dirs.pl NUMBER ROOT [SOURCE TARGET TYPE FLAGS]…
#
# The exit code says how many of the mounts were made. The first that fails ends it without a word: what comes after does it again,
# and says why it cannot be done. NUMBER is that of mount(2).
use strict;

my ($number, $root, @mounts) = @ARGV;
my $done = 0;
while (my ($source, $target, $type, $flags) = splice @mounts, 0, 4) {
  mkdir "$root$target";
  chdir "$root$target" or last;
  # A symbolic link would lead elsewhere.
  readlink('/proc/self/cwd') eq "$root$target" or last;
  my $here = './';
  syscall($number, $source, $here, $type, 0 + $flags, 0) == 0 or last;
  $done++;
}
exit $done;
