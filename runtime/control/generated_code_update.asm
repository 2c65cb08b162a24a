; generated_code_update.asm: changes of vectors in place, for generated code.
; In:   the operands in the first words of the context's argument buffer, all consumed: the collection, then key and value, or the element.
; Out:  r11: the collection, owned, or 0: an exception is pending. Every other register is kept.
; Idea: a vector that nobody else has, whose buffer or nodes nobody else has either (k_flag_own_nodes), is changed here without a look at
;       any node's header, so that a change costs one line of memory; all else is C++.

%include "runtime/control/generated_code.inc"
%include "runtime/control/large_vector.inc"

%define TRANSIENT_FINISHED 8            ; these are asserted in runtime/collections/vector_trie.cpp
%define TRANSIENT_CONTENT 16
%define UPDATES_CONJ 1136               ; in place: column 0
%define UPDATES_ASSOC 1160
%define UPDATES_POP 1232

; r11: the collection or, with %1, the transient that holds it: then the collection comes into r11. Goes to %2 unless nobody else has it.
%macro UNIQUE 2
        mov     r11, [r15+CONTEXT_ARGUMENTS]
        test    r11b, 3
        jnz     near %2
%if %1
        cmp     byte [r11+KIND], KIND_TRANSIENT
        jne     near %2
        cmp     dword [r11], 0
        jle     near %2                 ; shared between threads
        cmp     qword [r11+TRANSIENT_FINISHED], 0
        jne     near %2
        mov     r11, [r11+TRANSIENT_CONTENT]
        test    r11b, 3
        jnz     near %2
%endif
        cmp     dword [r11], 1
        jne     near %2
%endmacro
%macro KEEP 0
        push    rax
        push    rcx
        push    rdx
%endmacro
%macro GIVE_BACK 0
        pop     rdx
        pop     rcx
        pop     rax
%endmacro

; The value in r11 loses an owner, then the collection is the answer. %1: drop, %2: the end of an object.
%macro RELEASE_OLD 2
        test    r11b, 3
        jnz     short .done
        mov     eax, [r11]
        cmp     eax, 1
        jle     short .seldom
        cmp     eax, 0x7fffffff
        je      short .done             ; immortal
        dec     dword [r11]
.done:  mov     r11, [r15+CONTEXT_ARGUMENTS]
        GIVE_BACK
        ret
.seldom:
        mov     rdx, [r15+CONTEXT_ARGUMENTS]
        push    rdx                     ; what ends in turn may use the buffer
        push    rdx
        je      short .last
        call    %1
        jmp     short .ended
.last:  call    %2
.ended: pop     rdx
        pop     r11
        GIVE_BACK
        ret
%endmacro
; Everything that is not done here. %1: registers, %2: the runtime's function, %3: how many operands.
%macro ASK 3
.other: GIVE_BACK
.call:  SAVE    %1
        mov     rdi, [r15+CONTEXT_ARGUMENTS]
%if %3 > 1
        mov     rsi, [r15+CONTEXT_ARGUMENTS+8]
%endif
%if %3 > 2
        mov     rdx, [r15+CONTEXT_ARGUMENTS+16]
%endif
        call    %2
        mov     r11, rax
        RESTORE %1
        ret
%endmacro

; rdx: the tail of the unique trie in r11, rcx: how many elements it has. Goes to %1 for other kinds, to %2 for flat vectors, to %3 if nodes
; may be shared.
%macro OWN_TAIL 3
        cmp     byte [r11+KIND], KIND_LARGE_VECTOR
        jne     near %1
        mov     rdx, [r11+LARGE_TAIL]
        cmp     dword [r11+LARGE_SHIFT], 0
        je      short %2
        test    byte [r11+FLAGS], OWN_NODES
        jz      near %3
        movzx   ecx, word [rdx+NUMBER_OF_SLOTS]
%endmacro
; rdx: the buffer of the unique flat vector in r11, whose LARGE_TAIL is in rdx; rcx: its size. Goes to %1 if it may not be changed.
%macro OWN_BUFFER 1
        cmp     rdx, NIL
        jne     near %1
        mov     rdx, [r11+LARGE_ROOT]
        cmp     dword [rdx], 1
        jne     near %1
        mov     ecx, [rdx+BUFFER_SIZE]
%endmacro
; The buffer in rdx has ecx elements.
%macro SET_SIZE 0
        mov     [r11+LARGE_SIZE], ecx
        mov     [rdx+BUFFER_SIZE], ecx
        cmp     ecx, 0xffff
        jae     short %%many
        mov     [rdx+NUMBER_OF_SLOTS], cx
        jmp     short %%set
%%many: mov     word [rdx+NUMBER_OF_SLOTS], 0xffff
%%set:
%endmacro

; In all three: stub, registers, the runtime's function, of a transient?, drop, end of an object.
%macro ASSOC 6
FUNCTION %1
        UNIQUE  %4, .call
        KEEP
        mov     rax, [r15+CONTEXT_ARGUMENTS+8]
        sar     rax, 1
        jnc     near .other             ; no fixnum
        cmp     byte [r11+KIND], KIND_LARGE_VECTOR
        jne     short .small
        LEAF    rdx, r11, r11d, .other, 1       ; also a negative index, or one that appends
        jmp     short .leaf
.small: cmp     word [r11+KIND], KIND_VECTOR    ; no flag: neither metadata nor a map entry
        jne     near .other
        movzx   ecx, word [r11+NUMBER_OF_SLOTS]
        mov     rdx, r11
        cmp     rax, rcx
        jae     near .other
.leaf:  and     eax, 31
        mov     rcx, [r15+CONTEXT_ARGUMENTS+16]
        mov     r11, [rdx+SLOTS+rax*8]
        mov     [rdx+SLOTS+rax*8], rcx
        inc     qword [r15+UPDATES_ASSOC]
        RELEASE_OLD %5, %6
        ASK     %2, %3, 3
%1.end:
%endmacro

%macro CONJ 6
FUNCTION %1
        UNIQUE  %4, .call
        KEEP
        OWN_TAIL .other, .flat, .other
        cmp     ecx, 32
        jae     near .other
        mov     rax, [r15+CONTEXT_ARGUMENTS+8]
        mov     [rdx+SLOTS+rcx*8], rax
        inc     word [rdx+NUMBER_OF_SLOTS]
        inc     dword [r11+LARGE_SIZE]
.added: inc     qword [r15+UPDATES_CONJ]
        mov     r11, [r15+CONTEXT_ARGUMENTS]
        GIVE_BACK
        ret
.flat:  OWN_BUFFER .other
        cmp     ecx, [rdx+BUFFER_CAPACITY]
        jae     short .other
        mov     rax, [r15+CONTEXT_ARGUMENTS+8]
        mov     [rdx+BUFFER_SLOTS+rcx*8], rax
        inc     ecx
        SET_SIZE
        jmp     short .added
        ASK     %2, %3, 2
%1.end:
%endmacro

%macro POP 6
FUNCTION %1
        UNIQUE  %4, .call
        KEEP
        OWN_TAIL .small, .flat, .other
        cmp     ecx, 1
        jbe     near .other             ; the tail's last one: a leaf becomes the tail
        dec     dword [r11+LARGE_SIZE]
        jmp     short .take
.flat:  OWN_BUFFER .other
        mov     eax, [rdx+BUFFER_CAPACITY]
        shr     eax, 2
        cmp     ecx, eax
        jbe     near .other             ; mostly room
        cmp     ecx, 33
        jbe     near .other             ; a small one is next
        dec     ecx
        SET_SIZE
        lea     rdx, [rdx+BUFFER_SLOTS-SLOTS]
        jmp     short .taken
.small: cmp     word [r11+KIND], KIND_VECTOR
        jne     near .other
        mov     rdx, r11
        movzx   ecx, word [rdx+NUMBER_OF_SLOTS]
        cmp     ecx, 1
        jbe     near .other             ; the empty vector is one object
.take:  dec     ecx
        mov     [rdx+NUMBER_OF_SLOTS], cx
.taken: inc     qword [r15+UPDATES_POP]
        mov     r11, [rdx+SLOTS+rcx*8]
        RELEASE_OLD %5, %6
        ASK     %2, %3, 1
%1.end:
%endmacro

extern slisp_drop_slow, slisp_drop_slow_x, slisp_end_object, slisp_end_object_x
%macro UPDATE 3                         ; ASSOC, CONJ or POP; the runtime's function; of a transient?
extern slisp_%2
        %1      slisp_slow_%2, 0, slisp_%2, %3, slisp_drop_slow, slisp_end_object
        %1      slisp_slow_%2_x, 1, slisp_%2, %3, slisp_drop_slow_x, slisp_end_object_x
%endmacro
        UPDATE  ASSOC, assoc_index, 0
        UPDATE  CONJ, conj_vector, 0
        UPDATE  POP, pop_vector, 0
        UPDATE  ASSOC, assoc_transient, 1
        UPDATE  CONJ, conj_transient, 1

section .note.GNU-stack noalloc noexec nowrite progbits
