; end_object.asm: the end of an object that nobody refers to any more, for generated code.
; In:   r11: an object whose count is 1; r15 the thread context; the stack 16-aligned at the call.
; Out:  its references are released and its block is free. Every register but r11 is kept.
; Idea: kinds of plain slots are done here in some ten instructions; so are the strings and boxed numbers that die with it, and then the one other
;       reference that does, if there is one. What takes two of those with it, is shared, lies in a page that changes its state, or has a finaliser is release_slow's. A slot that was released is nil, so
;       that nothing is released twice; that of the one that dies stays as it is until then.
; --debug-heap defines the same symbols in debug_heap.cpp, so that this file is not linked.

%include "runtime/control/generated_code.inc"

; asserted in runtime/memory/context.hpp
; what has no slots: String, Long, Double
%define LEAVES      (1 << 0) | (1 << 3) | (1 << 4)
; those, Vector, VectorNode, ArrayMap, Record
%define KINDS_AT_8  LEAVES | (1 << 21) | (1 << 23) | (1 << 25) | (1 << 47)
; List, Cons, HashMap, MapNode, HashSet, SetNode, Fn
%define KINDS_AT_16 (1 << 12) | (1 << 13) | (1 << 26) | (1 << 27) | (1 << 28) | (1 << 29) | (1 << 36)
%define FREED 1088
%define HEAP 1096
%define PAGE_FREE 0
%define PAGE_USED 8
%define PAGE_STATE 19
%define PAGE_HEAP 40
%define FULL 3

extern _ZN5slisp2rt12release_slowEPNS_3abi6HeaderE      ; slisp::rt::release_slow(Header*)

; The block of the object in %1 is free; %2 and %3 are destroyed. Goes to %4 if its page is another heap's or changes its state.
%macro FREE_BLOCK 4
        mov     %2, %1
        and     %2, -32768
        mov     %3, [r15+HEAP]
        cmp     [%2+PAGE_HEAP], %3
        jne     %4
        cmp     dword [%2+PAGE_USED], 1
        je      %4
        cmp     byte [%2+PAGE_STATE], FULL
        je      %4
        inc     qword [r15+FREED]
        mov     %3, [%2+PAGE_FREE]
        mov     [%1], %3
        mov     [%2+PAGE_FREE], %1
        dec     dword [%2+PAGE_USED]
%endmacro

%macro END 2
FUNCTION %1
        push    rax
        push    rcx
        push    rdx
        push    rsi
.again: xor     esi, esi                ; the slot of what dies with it
        movzx   ecx, byte [r11+KIND]
        mov     rax, KINDS_AT_8
        mov     edx, 8
        bt      rax, rcx
        jc     .slots
        mov     rax, KINDS_AT_16
        mov     edx, 16
        bt      rax, rcx
        jnc    .other
.slots: add     rdx, r11
        movzx   ecx, word [r11+NUMBER_OF_SLOTS]
.next:  dec     ecx
        js     .free
        mov     rax, [rdx+rcx*8]
        test    al, 3
        jnz     .next
        cmp     dword [rax], 1
        jg     .less
        cmp     dword [rax], 0
        je      .next                   ; immortal
        jl     .other
        push    rdi
        push    r8
        movzx   edi, byte [rax+KIND]
        mov     r8, LEAVES
        bt      r8, rdi
        jnc    .keep
        FREE_BLOCK rax, rdi, r8, .keep
        pop     r8
        pop     rdi
        mov     qword [rdx+rcx*8], NIL
        jmp     .next
.keep:  pop     r8
        pop     rdi
        test    rsi, rsi
        jnz    .other
        lea     rsi, [rdx+rcx*8]
        jmp     .next
.less:  cmp     dword [rax], 0x7fffffff
        je     .next
        dec     dword [rax]
        mov     qword [rdx+rcx*8], NIL
        jmp    .next
.free:  FREE_BLOCK r11, rax, rcx, .other
        test    rsi, rsi
        jz     .done
        mov     r11, [rsi]
        jmp    .again
.done:  pop     rsi
        pop     rdx
        pop     rcx
        pop     rax
        ret
.other: pop     rsi
        pop     rdx
        pop     rcx
        pop     rax
        SAVE    %2
        mov     rdi, r11
        call    _ZN5slisp2rt12release_slowEPNS_3abi6HeaderE
        RESTORE %2
        ret
%1.end:
%endmacro
        END     slisp_end_object, 0
        END     slisp_end_object_x, 1

; The block of an object whose references were given away is free.
extern _ZN5slisp2rt11free_memoryEPNS_3abi6HeaderE       ; slisp::rt::free_memory(Header*)
%macro FREE 2
FUNCTION %1
        push    rax
        push    rcx
        FREE_BLOCK r11, rax, rcx, .other
        pop     rcx
        pop     rax
        ret
.other: pop     rcx
        pop     rax
        SAVE    %2
        mov     rdi, r11
        call    _ZN5slisp2rt11free_memoryEPNS_3abi6HeaderE
        RESTORE %2
        ret
%1.end:
%endmacro
        FREE    slisp_free_cell, 0
        FREE    slisp_free_cell_x, 1

section .note.GNU-stack noalloc noexec nowrite progbits
