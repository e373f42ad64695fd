# Installs host, SDK, generator, tool, plugins and the CMake package.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/Switchyard)

install(TARGETS switchyard_abi switchyard_sdk switchyard_dispatcher switchyard_ops switchyard_autograd switchyard_frontend
        EXPORT SwitchyardTargets
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS switchyard_codegen EXPORT SwitchyardTargets RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
set_target_properties(switchyard_codegen PROPERTIES EXPORT_NAME codegen)
foreach(part abi sdk dispatcher ops autograd frontend)
  set_target_properties(switchyard_${part} PROPERTIES EXPORT_NAME ${part})
endforeach()

set(plugins_dir ${CMAKE_INSTALL_LIBDIR}/switchyard/plugins)
set(plugins cpu reference simulator)
if(TARGET opencl)
  list(APPEND plugins opencl)
endif()
install(TARGETS ${plugins} LIBRARY DESTINATION ${plugins_dir})
foreach(plugin IN LISTS plugins)
  install(FILES ${PROJECT_SOURCE_DIR}/plugins/${plugin}/conformance.yaml DESTINATION ${plugins_dir}
          RENAME switchyard_${plugin}.conformance.yaml)
endforeach()

foreach(pair abi=dispatcher/abi core=dispatcher/core dispatch=dispatcher/dispatch loader=dispatcher/loader sdk=plugins/sdk
             ops=ops autograd=autograd tensor=frontend/tensor nn=frontend/nn optim=frontend/optim data=frontend/data
             io=frontend/io)
  string(REPLACE "=" ";" pair ${pair})
  list(GET pair 0 name)
  list(GET pair 1 folder)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/${folder}/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/switchyard/${name}
          FILES_MATCHING PATTERN "*.h")
endforeach()
install(FILES ${PROJECT_SOURCE_DIR}/frontend/switchyard.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/switchyard)
install(DIRECTORY ${SWITCHYARD_GENERATED}/switchyard/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/switchyard
        FILES_MATCHING PATTERN "*.h" PATTERN tests EXCLUDE)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/ops/schema/ DESTINATION ${CMAKE_INSTALL_DATADIR}/switchyard/schema)

install(EXPORT SwitchyardTargets NAMESPACE Switchyard:: DESTINATION ${package_dir})
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/SwitchyardConfig.cmake.in
  ${PROJECT_BINARY_DIR}/SwitchyardConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/SwitchyardConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/SwitchyardConfig.cmake ${PROJECT_BINARY_DIR}/SwitchyardConfigVersion.cmake
              ${PROJECT_SOURCE_DIR}/plugins/sdk/exports.map
              ${PROJECT_SOURCE_DIR}/cmake/SwitchyardPlugin.cmake ${PROJECT_SOURCE_DIR}/cmake/SwitchyardOperators.cmake
        DESTINATION ${package_dir})
