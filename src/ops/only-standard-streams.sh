#!/bin/sh
# Executes COMMAND with its standard streams and no other descriptor: descriptors that the parent of the driver left open are
# not for an app.
#
#   only-standard-streams.sh COMMAND...
#
# A POSIX shell closes nothing above 9. Perl closes all, where it is installed.
exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
command -v perl >/dev/null || exec "$@"
# Without the variable perl would write to the app's stderr that there is no such locale.
# shellcheck disable=SC2016 # perl's own variables
PERL_BADLANG=0 exec perl -e '
  delete $ENV{PERL_BADLANG};
  opendir my $directory, "/proc/self/fd";
  my @others = grep { /\A\d+\z/ && $_ > 2 } readdir $directory;
  closedir $directory;
  for my $other (@others) { open my $handle, "<&=", $other and close $handle }
  exec { $ARGV[0] } @ARGV or exit 126;
' -- "$@"
