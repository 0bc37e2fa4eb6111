/* semihosting.h - files and text of the machine that runs the emulator. */
#ifndef SEMIHOSTING_H
#define SEMIHOSTING_H

#include <stddef.h>
#include <stdint.h>

void semihosting_print(const char *text);
void semihosting_print_number(int32_t number);
/* Splits the command line in place; returns the number of words. */
int semihosting_arguments(char *buffer, size_t size, char **words, int most);
/* A whole file; -1 where it cannot be opened, read or is too large. */
long semihosting_read(const char *path, void *bytes, size_t most);
/* 0, or -1 where the file cannot be written. */
int semihosting_write(const char *path, const void *bytes, size_t count);
void semihosting_exit(int status);

#endif
