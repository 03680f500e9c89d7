/* Wine 8 lacks this library, which Rust's standard library asks for random bytes. For tests alone. */
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T count) {
    for (; count > 0xFFFFFF; bytes += 0xFFFFFF, count -= 0xFFFFFF)
        if (!SystemFunction036(bytes, 0xFFFFFF)) return FALSE;
    return SystemFunction036(bytes, (ULONG)count);
}
