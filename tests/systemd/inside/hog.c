/*
 * hog MIB: takes MIB megabytes page by page, then waits to be killed. One mapping, made and faulted in
 * from user mode: at the limit such a fault is what makes a task sleep; a system call would get ENOMEM.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	size_t size = (argc > 1 ? strtoul(argv[1], NULL, 10) : 1) << 20;
	volatile char *memory =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return 1;
	for (size_t i = 0; i < size; i += 4096)
		memory[i] = 1;
	for (;;)
		pause();
}
