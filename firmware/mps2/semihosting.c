/* semihosting.c - calls of Arm's semihosting, by BKPT 0xab. */
#include "semihosting.h"

enum {
  SYS_OPEN = 0x01,
  SYS_CLOSE = 0x02,
  SYS_WRITE0 = 0x04,
  SYS_WRITE = 0x05,
  SYS_READ = 0x06,
  SYS_FLEN = 0x0c,
  SYS_GET_CMDLINE = 0x15,
  SYS_EXIT_EXTENDED = 0x20,
  APPLICATION_EXIT = 0x20026
};

enum { READ_BINARY = 1, WRITE_BINARY = 5 };

static intptr_t call(uintptr_t number, const void *block) {
  register uintptr_t r0 __asm__("r0") = number;
  register const void *r1 __asm__("r1") = block;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return (intptr_t)r0;
}

static size_t length(const char *text) {
  size_t n = 0;
  while (text[n])
    ++n;
  return n;
}

static intptr_t open_file(const char *path, uintptr_t mode) {
  uintptr_t block[3];
  block[0] = (uintptr_t)path;
  block[1] = mode;
  block[2] = length(path);
  return call(SYS_OPEN, block);
}

static void close_file(intptr_t file) {
  uintptr_t block[1];
  block[0] = (uintptr_t)file;
  call(SYS_CLOSE, block);
}

/* Semihosting tells how many bytes were left over. */
static uintptr_t transfer(uintptr_t number, intptr_t file, const void *bytes,
                          size_t count) {
  uintptr_t block[3];
  block[0] = (uintptr_t)file;
  block[1] = (uintptr_t)bytes;
  block[2] = count;
  return (uintptr_t)call(number, block);
}

void semihosting_print(const char *text) { call(SYS_WRITE0, text); }

void semihosting_print_number(int32_t number) {
  char text[12];
  char *at = text + sizeof text - 1;
  uint32_t rest = number < 0 ? 0u - (uint32_t)number : (uint32_t)number;
  *at = 0;
  do
    *--at = (char)('0' + rest % 10u);
  while (rest /= 10u);
  if (number < 0)
    *--at = '-';
  semihosting_print(at);
}

int semihosting_arguments(char *buffer, size_t size, char **words, int most) {
  uintptr_t block[2];
  int count = 0;
  block[0] = (uintptr_t)buffer;
  block[1] = size;
  if (call(SYS_GET_CMDLINE, block))
    return 0;
  for (;;) {
    while (*buffer == ' ')
      *buffer++ = 0;
    if (!*buffer || count == most)
      return count;
    words[count++] = buffer;
    while (*buffer && *buffer != ' ')
      ++buffer;
  }
}

long semihosting_read(const char *path, void *bytes, size_t most) {
  uintptr_t block[1];
  intptr_t file = open_file(path, READ_BINARY), size;
  if (file < 0)
    return -1;
  block[0] = (uintptr_t)file;
  size = call(SYS_FLEN, block);
  if (size < 0 || (size_t)size > most ||
      (size && transfer(SYS_READ, file, bytes, (size_t)size)))
    size = -1;
  close_file(file);
  return (long)size;
}

int semihosting_write(const char *path, const void *bytes, size_t count) {
  intptr_t file = open_file(path, WRITE_BINARY);
  uintptr_t left;
  if (file < 0)
    return -1;
  left = transfer(SYS_WRITE, file, bytes, count);
  close_file(file);
  return left ? -1 : 0;
}

void semihosting_exit(int status) {
  uintptr_t block[2];
  block[0] = APPLICATION_EXIT;
  block[1] = (uintptr_t)status;
  call(SYS_EXIT_EXTENDED, block);
  for (;;) {
  }
}
