#!/bin/sh
# Executes COMMAND with its standard streams and no other descriptor: descriptors that the parent of the driver left open are
# not for an app. The shim reads this file into a shell of its own.
#
#   only-standard-streams.sh COMMAND...
#
# A POSIX shell closes nothing above 9. Perl closes all, where it is installed: it is started only if there is one.
exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
left_open=
for info in /proc/self/fdinfo/??*; do
  [ -e "$info" ] || continue
  flags=
  # The second line; the flags are octal, and O_CLOEXEC is 02000000.
  { read -r _ && read -r _ flags; } <"$info"
  case $flags in *[2367]??????) ;; *) left_open=1 ;; esac
done
if [ -z "$left_open" ] || ! command -v perl >/dev/null; then exec "$@"; fi
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
