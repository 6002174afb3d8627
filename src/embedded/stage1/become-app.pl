# Turns this process into the app: perl -C0 become-app.pl LABEL ROOT DIR UID GID GROUPS COUNT PAIR… PROGRAM ARG…
#
# One process does all of it, so no program of the host ever runs with the app's environment: the dynamic loader and libc
# would follow variables like LD_PRELOAD, as root and outside of the app's root.
#
# COUNT is the number of PAIRs (NAME=VALUE). A value or word ${RKT_n} stands for that variable of this process: command
# lines can be read by everybody. UID, GID and GROUPS (with commas between) are empty where they stay as they are.
use strict;

my ($label, $root, $dir, $uid, $gid, $groups, $count, @words) = map { plain($_) } splice(@ARGV, 0, 7), @ARGV;
my @pairs = splice @words, 0, $count;

# A driver can watch the pod: a line in this file means that the app begins now.
my $started;
if (defined(my $file = $ENV{RKT_STREAMS_STARTED})) { open $started, '>', $file or undef $started }

chroot $root or fail("can't chroot to \"$root\"");
chdir $dir or fail("can't change to working directory \"$dir\"");
if ($uid ne '') {
  # Checked afterwards, as an assignment does not fail.
  $) = join ' ', $gid, split /,/, $groups;
  $( = $gid;
  fail("can't set gid $gid and groups $groups") if $( != $gid or $) != $gid;
  ($<, $>) = ($uid, $uid);
  fail("can't set uid $uid") if $< != $uid or $> != $uid;
}

if ($started) { syswrite $started, "\n"; close $started }
my %app = map { /\A([^=]*)=(.*)\z/s ? ($1 => plain($2)) : () } @pairs;
%ENV = %app;
exec { $words[0] } @words or fail("can't execute \"$words[0]\"");

sub plain {
  my ($word) = @_;
  return $word =~ /\A\$\{(RKT_\d+)\}\z/ && defined $ENV{$1} ? $ENV{$1} : $word;
}

sub fail {
  my ($problem) = @_;
  my $cause = lcfirst "$!";
  print STDERR "$label: $problem: $cause\n";
  exit 254;
}
