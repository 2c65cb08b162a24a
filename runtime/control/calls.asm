; calls.asm: the ways between C++ and slisp code.
; Keeps: SysV callee-saved registers; the stack 16-aligned at every call; r15 holds the thread context while slisp code runs.
; An entry's arguments: 1-6 in rdi rsi rdx rcx r8 r9, further ones in ThreadContext::arguments; closure in r10 (borrowed).

%define CONTEXT_ARGUMENTS 16            ; k_offset_arguments of layout.h
%define MOST_ARGUMENTS 20               ; k_max_fixed_arguments

extern slisp_invoke
extern slisp_arity_missing_block

; Word slisp_enter(Code code, Word self, const Word registers[6], long count, ThreadContext* context)
; C++ -> slisp code. Arguments 7 and on stand in the context already.
section .text.slisp_enter progbits alloc exec nowrite align=16
global slisp_enter
slisp_enter:
        push    rbp
        push    rbx
        push    r12
        push    r13
        push    r14
        push    r15
        sub     rsp, 8
        mov     r15, r8
        mov     r11, rdi
        mov     r10, rsi
        mov     rax, rcx
        mov     rbx, rdx
        mov     rdi, [rbx]
        mov     rsi, [rbx+8]
        mov     rdx, [rbx+16]
        mov     rcx, [rbx+24]
        mov     r8, [rbx+32]
        mov     r9, [rbx+40]
        call    r11
        add     rsp, 8
        pop     r15
        pop     r14
        pop     r13
        pop     r12
        pop     rbx
        pop     rbp
        ret

; Puts the arguments of an entry into a block on the stack and calls %1(callee, block, count) with it.
; In: r10 callee, eax count, arguments as for an entry. 20 words and the return address leave the stack 8 off: 8 more align it.
%macro WITH_BLOCK 1
        sub     rsp, MOST_ARGUMENTS*8+8
        mov     [rsp], rdi
        mov     [rsp+8], rsi
        mov     [rsp+16], rdx
        mov     [rsp+24], rcx
        mov     [rsp+32], r8
        mov     [rsp+40], r9
        mov     edx, eax
        mov     ecx, 6
%%next: cmp     ecx, edx
        jae     short %%done
        mov     rax, [r15+CONTEXT_ARGUMENTS+rcx*8-48]
        mov     [rsp+rcx*8], rax
        inc     ecx
        jmp     short %%next
%%done: mov     rdi, r10
        mov     rsi, rsp
        call    %1
        add     rsp, MOST_ARGUMENTS*8+8
        ret
%endmacro

; An unknown call whose callee is no Fn: callee in r10 (borrowed), count in eax, arguments as for an entry (consumed).
section .text.slisp_call_value progbits alloc exec nowrite align=16
global slisp_call_value
slisp_call_value:
        WITH_BLOCK slisp_invoke

; What descriptors hold for an arity that the function does not have.
section .text.slisp_arity_missing progbits alloc exec nowrite align=16
%assign n 0
%rep 7
global slisp_arity_missing_%+n
slisp_arity_missing_%+n:
        mov     eax, n
        jmp     near slisp_arity_missing_many
%assign n n+1
%endrep
global slisp_arity_missing_many
slisp_arity_missing_many:
        WITH_BLOCK slisp_arity_missing_block

; void slisp_on_stack(void* top, void (*function)(void*), void* argument): runs function on another stack.
section .text.slisp_on_stack progbits alloc exec nowrite align=16
global slisp_on_stack
slisp_on_stack:
        push    rbp
        mov     rbp, rsp
        mov     rsp, rdi
        mov     rdi, rdx
        call    rsi
        mov     rsp, rbp
        pop     rbp
        ret

section .note.GNU-stack noalloc noexec nowrite progbits
