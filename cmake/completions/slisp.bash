# bash completion for slisp
_slisp() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
  local commands="compile run check eval repl test doctor help"
  local options="-I -O0 -O1 -O2 -g --features --dump-after --verify --stats --explain-inline --with-eval --debug-heap --help"
  case $before in
    --emit) COMPREPLY=($(compgen -W "forms ast ir asm obj exe" -- "$word")); return ;;
    -o) COMPREPLY=($(compgen -f -- "$word")); return ;;
    -I) COMPREPLY=($(compgen -d -- "$word")); return ;;
    help) COMPREPLY=($(compgen -W "$commands" -- "$word")); return ;;
  esac
  if [[ $word == --emit=* ]]; then
    COMPREPLY=($(compgen -P --emit= -W "forms ast ir asm obj exe" -- "${word#--emit=}"))
  elif [[ $word == -* ]]; then
    [[ ${COMP_WORDS[1]} == compile ]] && options+=" -o --emit -m"
    [[ ${COMP_WORDS[1]} == run ]] && options+=" -m"
    [[ ${COMP_WORDS[1]} == test ]] && options+=" --only --junit"
    [[ $COMP_CWORD == 1 ]] && options+=" --version"
    COMPREPLY=($(compgen -W "$options" -- "$word"))
  elif [[ $COMP_CWORD == 1 ]]; then
    COMPREPLY=($(compgen -W "$commands" -- "$word") $(compgen -f -X '!*.@(slisp|clj|cljc)' -- "$word") $(compgen -d -- "$word"))
  else
    COMPREPLY=($(compgen -f -- "$word"))
  fi
}
complete -o filenames -F _slisp slisp
