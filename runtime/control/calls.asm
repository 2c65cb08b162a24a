; calls.asm: the ways between C++ and slisp code.
; Keeps: SysV callee-saved registers; the stack 16-aligned at every call; r15 holds the thread context while slisp code runs.
; The closure of an entry is in r10 (borrowed).

%include "runtime/control/arguments.inc"
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

; Word slisp_enter_thunk(Code code, Word self, ThreadContext* context)
; The same without arguments: what slisp code keeps, it keeps for C++ as well.
section .text.slisp_enter_thunk progbits alloc exec nowrite align=16
global slisp_enter_thunk
slisp_enter_thunk:
        push    r15
        mov     r15, rdx
        mov     r10, rsi
        call    rdi
        pop     r15
        ret

; An unknown call whose callee is no Fn: callee in r10 (borrowed), count in eax, arguments as for an entry (consumed).
section .text.slisp_call_value progbits alloc exec nowrite align=16
global slisp_call_value
slisp_call_value:
        WITH_BLOCK slisp_invoke, MOST_ARGUMENTS

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
        WITH_BLOCK slisp_arity_missing_block, MOST_ARGUMENTS

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
