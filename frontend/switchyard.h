// Everything a program needs: tensors, operators, autograd, nn, optim, data, files.
#pragma once

#include "switchyard/autograd/anomaly.h"
#include "switchyard/autograd/engine.h"
#include "switchyard/autograd/grad_mode.h"
#include "switchyard/ops/operators.h"
