// Reads files through descriptors that stay open and parses every number in them, once a second: what C needs for a sample.
// Usage: six-files WARM_UP_SECONDS SECONDS <PATHS; prints its CPU time in µs over the measured seconds.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static char bytes[65536];
static volatile unsigned long long sum;

static void pass(const int *fds, size_t count) {
  unsigned long long all = 0;
  for (size_t file = 0; file < count; file++) {
    ssize_t length = pread(fds[file], bytes, sizeof bytes, 0);
    if (length < 0) {
      perror("pread");
      exit(1);
    }
    unsigned long long value = 0;
    for (ssize_t at = 0; at < length; at++) {
      unsigned digit = (unsigned)bytes[at] - '0';
      if (digit <= 9) value = value * 10 + digit;
      else {
        all += value;
        value = 0;
      }
    }
    all += value;
  }
  sum = all;
}

static long long cpu_us(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000LL + usage.ru_utime.tv_usec +
         usage.ru_stime.tv_usec;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  size_t count = 0, space = 1024;
  int *fds = malloc(space * sizeof *fds);
  char path[4096];
  while (fgets(path, sizeof path, stdin)) {
    path[strcspn(path, "\n")] = 0;
    if (count == space) fds = realloc(fds, (space *= 2) * sizeof *fds);
    fds[count] = open(path, O_RDONLY);
    if (fds[count++] < 0) {
      perror(path);
      return 1;
    }
  }
  struct timespec next;
  clock_gettime(CLOCK_MONOTONIC, &next);
  int warm_up = atoi(argv[1]), seconds = atoi(argv[2]);
  long long began = 0;
  for (int second = 0; second < warm_up + seconds; second++) {
    if (second == warm_up) began = cpu_us();
    pass(fds, count);
    next.tv_sec++;
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
  }
  printf("%lld\n", cpu_us() - began);
  return 0;
}
