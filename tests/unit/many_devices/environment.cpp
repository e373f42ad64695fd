// How many devices there are: said before any plugin looks.
#include <cstdlib>

#include "devices.h"

namespace sy {
namespace {

class ManyDevices : public ::testing::Environment {
  void SetUp() override {
    setenv("SWITCHYARD_SIMULATOR_DEVICES", std::to_string(kSimulators).c_str(), 1);
    setenv("POCL_DEVICES", "pthread pthread", 0);  // two, where the driver is PoCL
  }
};

const ::testing::Environment* const registered = ::testing::AddGlobalTestEnvironment(new ManyDevices);

}  // namespace
}  // namespace sy
