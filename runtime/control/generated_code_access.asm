; generated_code_access.asm: looks into collections that generated code does not finish inline.
; In:   one operand in r11, or two in the first words of the context's argument buffer; borrowed.
; Out:  r11: the result, owned, or 0: an exception is pending. Every other register is kept.
; Idea: elements of large vectors are found here, in a few instructions more than inline; all else is C++.

%include "runtime/control/generated_code.inc"
%include "runtime/control/large_vector.inc"
%include "runtime/control/vector_seq.inc"

; A second owner of the value in %1, whose lowest byte is %2; destroys eax. Goes to %3 when others count it too.
%macro COUNT 3
        test    %2, 3
        jnz     short %%done
        mov     eax, [%1]
        sub     eax, 1
        jc      short %%done            ; immortal
        cmp     eax, 0x7ffffffe
        jae     near %3
        inc     dword [%1]
%%done:
%endmacro

%macro NTH 3                            ; stub, registers, the runtime's function; what is missing is nil to those that ask
extern %3
FUNCTION %1
        mov     r11, [r15+CONTEXT_ARGUMENTS]
        test    r11b, 3
        jnz     near .call
        cmp     byte [r11+4], KIND_LARGE_VECTOR
        jne     near .call
        push    rax
        push    rcx
        push    rdx
        mov     rax, [r15+CONTEXT_ARGUMENTS+8]
        LEAF    r11, rdx, edx, .other, 0        ; a negative index too
        and     eax, 31
        mov     r11, [r11+SLOTS+rax*8]
        COUNT   r11, r11b, .other
        pop     rdx
        pop     rcx
        pop     rax
        ret
.other: pop     rdx
        pop     rcx
        pop     rax
.call:  SAVE    %2
        mov     rdi, [r15+CONTEXT_ARGUMENTS]
        mov     rsi, [r15+CONTEXT_ARGUMENTS+8]
        mov     edx, NIL
        call    %3
        mov     r11, rax
        RESTORE %2
        ret
%1.end:
%endmacro
        NTH     slisp_slow_nth_look, 0, slisp_nth_look
        NTH     slisp_slow_nth_look_x, 1, slisp_nth_look
        NTH     slisp_slow_nth_default_look, 0, slisp_nth_default_look
        NTH     slisp_slow_nth_default_look_x, 1, slisp_nth_default_look
        NTH     slisp_slow_vector_nth, 0, slisp_vector_nth
        NTH     slisp_slow_vector_nth_x, 1, slisp_vector_nth

%macro NTH_LAST 2
extern slisp_nth_default
FUNCTION %1
        SAVE    %2
        mov     rdi, [r15+CONTEXT_ARGUMENTS]
        mov     rsi, [r15+CONTEXT_ARGUMENTS+8]
        mov     edx, NIL
        call    slisp_nth_default
        mov     r11, rax
        RESTORE %2
        ret
%1.end:
%endmacro
        NTH_LAST slisp_slow_nth_default, 0
        NTH_LAST slisp_slow_nth_default_x, 1

%macro LOOK 1-*
%rep %0
extern slisp_%1
%assign x 0
%rep 2
%if x
%define NAME slisp_slow_%1_x
%else
%define NAME slisp_slow_%1
%endif
FUNCTION NAME
        SAVE    x
        mov     rdi, r11
        call    slisp_%1
        mov     r11, rax
        RESTORE x
        ret
NAME %+ .end:
%assign x x+1
%endrep
%rotate 1
%endrep
%endmacro
        LOOK    rest_look
        LOOK    next_look
        LOOK    seq_look
        LOOK    rest_take
        LOOK    next_take

; first of what is kept: of a seq that walks a vector here.
%macro FIRST 3                          ; stub, registers, the runtime's function
extern %3
FUNCTION %1
        test    r11b, 3
        jnz     near .call
        cmp     byte [r11+KIND], KIND_VECTOR_SEQ
        jne     near .call
        push    rax
        push    rcx
        push    rdx
        SEQ_ELEMENT .other
        COUNT   rcx, cl, .other
        mov     r11, rcx
        pop     rdx
        pop     rcx
        pop     rax
        ret
.other: pop     rdx
        pop     rcx
        pop     rax
.call:  SAVE    %2
        mov     rdi, r11
        call    %3
        mov     r11, rax
        RESTORE %2
        ret
%1.end:
%endmacro
        FIRST   slisp_slow_first_look, 0, slisp_first_look
        FIRST   slisp_slow_first_look_x, 1, slisp_first_look
        FIRST   slisp_slow_first_take, 0, slisp_first_take
        FIRST   slisp_slow_first_take_x, 1, slisp_first_take

; A seq that walks something is never empty, and its own seq.
%macro SEQ 4                            ; stub, registers, the runtime's function; the answer for such a seq, or r11: itself
extern %3
FUNCTION %1
        test    r11b, 3
        jnz     short .call
        cmp     byte [r11+KIND], KIND_VECTOR_SEQ
        jne     short .call
%ifnidn %4, r11
        mov     r11d, %4
%endif
        ret
.call:  SAVE    %2
        mov     rdi, r11
        call    %3
        mov     r11, rax
        RESTORE %2
        ret
%1.end:
%endmacro
        SEQ     slisp_slow_empty_look, 0, slisp_empty_look, 0
        SEQ     slisp_slow_empty_look_x, 1, slisp_empty_look, 0
        SEQ     slisp_slow_seq, 0, slisp_seq, r11
        SEQ     slisp_slow_seq_x, 1, slisp_seq, r11

%define GROUP access
%include "runtime/control/slow_paths.def"

; A part of a list's cell, which is consumed. %2: registers, %3: 0 rest, 1 next, 2 first; %4: the end of an object, %5: the runtime's function.
%define CELL_FIRST 16                   ; asserted in src/codegen/x86_64_linux/template_text.hpp
%define CELL_REST 24
%macro STEP 5
extern %4, %5
FUNCTION %1
        test    r11b, 3
        jnz     near .call
        push    rax
        push    rcx
        push    rdx
        mov     ecx, [r11+4]
        and     ecx, 0x1ff              ; kind, and whether there is metadata
        sub     ecx, KIND_LIST
        cmp     ecx, KIND_CONS-KIND_LIST
%if %3 == 2
        ja      near .other
        lea     rcx, [r11+CELL_FIRST]
        mov     rdx, [rcx]
%else
        jbe     short .cell
        SEQ_STEP .other
        jmp     near .back
.cell:  lea     rcx, [r11+CELL_REST]
        mov     rdx, [rcx]
%endif
%if %3 == 1
        cmp     rdx, NIL
        je      short .have
        test    dl, 3
        jnz     near .other
        mov     al, [rdx+KIND]
        sub     al, KIND_LIST
        cmp     al, KIND_CONS-KIND_LIST
        ja      near .other
%endif
.have:  mov     eax, [r11]
        cmp     eax, 1
        je      short .last
        jl      near .other
        cmp     eax, 0x7fffffff
        je      short .other
        COUNT   rdx, dl, .other
        dec     dword [r11]
        mov     r11, rdx
.done:
%if %3 == 0
        cmp     r11, NIL
        jne     short .back
        mov     r11d, slisp_empty_list
%endif
.back:  pop     rdx
        pop     rcx
        pop     rax
        ret
.last:  mov     qword [rcx], NIL
        call    %4
        mov     r11, rdx
        jmp     short .done
.other: pop     rdx
        pop     rcx
        pop     rax
.call:  SAVE    %2
        mov     rdi, r11
        call    %5
        mov     r11, rax
        RESTORE %2
        ret
%1.end:
%endmacro
extern slisp_empty_list
        STEP    slisp_slow_rest, 0, 0, slisp_end_object, slisp_rest
        STEP    slisp_slow_rest_x, 1, 0, slisp_end_object_x, slisp_rest
        STEP    slisp_slow_next, 0, 1, slisp_end_object, slisp_next
        STEP    slisp_slow_next_x, 1, 1, slisp_end_object_x, slisp_next
        STEP    slisp_slow_first, 0, 2, slisp_end_object, slisp_first
        STEP    slisp_slow_first_x, 1, 2, slisp_end_object_x, slisp_first

section .note.GNU-stack noalloc noexec nowrite progbits
