; generated_code_allocation.asm: slow paths of inline allocation.

%include "runtime/control/generated_code.inc"

; r11d: kind, flags and slots as they stand in a header; the first word of the context's argument buffer: bytes. r11: the object, its header
; written.
extern slisp_allocate_block
%macro ALLOCATE 2
FUNCTION %1
        SAVE    %2
        mov     edi, r11d
        mov     rsi, [r15+CONTEXT_ARGUMENTS]
        call    slisp_allocate_block
        mov     r11, rax
        RESTORE %2
        ret
%1.end:
%endmacro
        ALLOCATE slisp_allocate_slow, 0
        ALLOCATE slisp_allocate_slow_x, 1

%define GROUP allocation
%include "runtime/control/slow_paths.def"

section .note.GNU-stack noalloc noexec nowrite progbits
