/* startup.c - vectors, reset, and the two functions that compilers call. */
#include <stddef.h>
#include <stdint.h>

#include "semihosting.h"

extern uint32_t data_start, data_end, data_load, bss_start, bss_end, stack_top;

int main(void);
void reset_handler(void);

void *memcpy(void *to, const void *from, size_t count) {
  unsigned char *t = to;
  const unsigned char *f = from;
  while (count--)
    *t++ = *f++;
  return to;
}

void *memset(void *to, int byte, size_t count) {
  unsigned char *t = to;
  while (count--)
    *t++ = (unsigned char)byte;
  return to;
}

static void fault(void) {
  semihosting_print("fault\n");
  semihosting_exit(3);
}

void reset_handler(void) {
  uint32_t *to, *from = &data_load;
  for (to = &data_start; to < &data_end;)
    *to++ = *from++;
  for (to = &bss_start; to < &bss_end;)
    *to++ = 0;
  semihosting_exit(main());
}

struct vectors {
  void *stack;
  void (*handlers[15])(void);
};

__attribute__((section(".vectors"),
               used)) static const struct vectors vectors = {
    &stack_top, {reset_handler, fault, fault, fault, fault, fault}};
