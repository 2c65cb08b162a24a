# install.cmake: what `cmake --install` and CPack lay out.
