# `cpack --config build/<preset>/CPackConfig.cmake`: one Debian package with what `cmake --install` delivers.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME switchyard)
set(CPACK_PACKAGE_CONTACT "The Switchyard developers")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY ${PROJECT_DESCRIPTION})
set(CPACK_PACKAGE_DESCRIPTION "Host libraries, device plugins, the plugin SDK, the code generator, the command-line tool and the CMake package.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
# The libraries it needs, by what its programs are linked with; its own are found in the build tree.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${CMAKE_LIBRARY_OUTPUT_DIRECTORY})
# Programs that use the C++ API; a plugin needs no package but this.
# OpenBLAS and CLBlast are opened where they are needed.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "libabsl-dev, libopenblas0")
if(TARGET opencl)
  string(APPEND CPACK_DEBIAN_PACKAGE_RECOMMENDS ", libclblast1")
endif()
include(CPack)
