// Keeps signal handlers away from threads that multiply matrices. On Linux x86_64 only: kernel-setup/lib/binding.mjs compiles it into the binding.
//
// Before version 3.11.2, oneDNN's kernels for products of float32 matrices with more than some hundred terms let the stack pointer point to a
// buffer on the heap while they compute. Before Linux calls a signal handler it stores the thread's registers below the stack pointer, which
// destroys what lies before the buffer (https://github.com/uxlfoundation/oneDNN/issues/4845). TensorFlow 2.21 contains oneDNN 3.7.3.
//
// So signals are blocked in a thread while it multiplies. They are not late: another thread gets them, and Node's handlers only write to a pipe,
// from any thread. The linker (--wrap) sends the binding's calls of five functions of TensorFlow here first.

#include <pthread.h>
#include <signal.h>
#include <string.h>

#include <initializer_list>

#include "tensorflow/c/c_api.h"
#include "tensorflow/c/eager/c_api.h"

namespace {

// All signals but those that a thread causes itself, which end the process when they are blocked.
sigset_t FromOutside() {
  const int own[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS};
  sigset_t set;
  sigfillset(&set);
  for (int signal : own) sigdelset(&set, signal);
  return set;
}

sigset_t Without(sigset_t set, int signal) {
  sigdelset(&set, signal);
  return set;
}

const sigset_t kAll = FromOutside();
const sigset_t kAllButProfiler = Without(kAll, SIGPROF);

// Blocks signals in this thread as long as it exists. Threads that are started meanwhile inherit what is blocked, and keep it.
class Blocked {
 public:
  explicit Blocked(const sigset_t &set) { pthread_sigmask(SIG_BLOCK, &set, &before_); }
  ~Blocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  Blocked(const Blocked &) = delete;

 private:
  sigset_t before_;
};

// Another stack for the handlers that ask for one, as that of V8's profiler does. Its signal, SIGPROF, is for one thread and must come at once: when
// it waited for the end of the operation, a profile counted nearly half of the operation's time for the code before.
class HandlerStack {
 public:
  HandlerStack() {
    stack_t present = {};
    if (sigaltstack(nullptr, &present) != 0 || !(present.ss_flags & SS_DISABLE)) return;
    stack_t own = {};
    own.ss_sp = memory_;
    own.ss_size = sizeof memory_;
    installed_ = sigaltstack(&own, nullptr) == 0;
  }
  // The memory goes with the thread.
  ~HandlerStack() {
    stack_t none = {};
    none.ss_flags = SS_DISABLE;
    if (installed_) sigaltstack(&none, nullptr);
  }

 private:
  bool installed_ = false;
  // a processor with AMX has 11 kB of registers
  alignas(16) char memory_[64 * 1024];
};

class WhileMultiplying : Blocked {
 public:
  WhileMultiplying() : Blocked(kAllButProfiler) { static thread_local HandlerStack stack; }
};

// Whether an operation of TensorFlow.js may multiply matrices. Blocking takes a microsecond, a tenth of the smallest operations.
bool Multiplies(const char *operation) {
  for (const char *part : {"MatMul", "Conv", "Einsum", "LRN"}) {
    if (strstr(operation, part) != nullptr) return true;
  }
  return false;
}

}  // namespace

extern "C" {

// These start TensorFlow's threads.

TFE_Context *__real_TFE_NewContext(const TFE_ContextOptions *options, TF_Status *status);

TFE_Context *__wrap_TFE_NewContext(const TFE_ContextOptions *options, TF_Status *status) {
  Blocked blocked(kAll);
  return __real_TFE_NewContext(options, status);
}

TF_Graph *__real_TF_NewGraph(void);

TF_Graph *__wrap_TF_NewGraph(void) {
  Blocked blocked(kAll);
  return __real_TF_NewGraph();
}

TF_Session *__real_TF_LoadSessionFromSavedModel(const TF_SessionOptions *options, const TF_Buffer *run_options,
                                                const char *folder, const char *const *tags, int tag_count,
                                                TF_Graph *graph, TF_Buffer *meta_graph, TF_Status *status);

TF_Session *__wrap_TF_LoadSessionFromSavedModel(const TF_SessionOptions *options, const TF_Buffer *run_options,
                                                const char *folder, const char *const *tags, int tag_count,
                                                TF_Graph *graph, TF_Buffer *meta_graph, TF_Status *status) {
  Blocked blocked(kAll);
  return __real_TF_LoadSessionFromSavedModel(options, run_options, folder, tags, tag_count, graph, meta_graph, status);
}

// These compute.

void __real_TFE_Execute(TFE_Op *op, TFE_TensorHandle **results, int *count, TF_Status *status);

void __wrap_TFE_Execute(TFE_Op *op, TFE_TensorHandle **results, int *count, TF_Status *status) {
  const char *name = TFE_OpGetName(op, status);
  if (name != nullptr && !Multiplies(name)) return __real_TFE_Execute(op, results, count, status);
  WhileMultiplying blocked;
  __real_TFE_Execute(op, results, count, status);
}

void __real_TF_SessionRun(TF_Session *session, const TF_Buffer *options, const TF_Output *inputs,
                          TF_Tensor *const *input_values, int input_count, const TF_Output *outputs,
                          TF_Tensor **output_values, int output_count, const TF_Operation *const *targets,
                          int target_count, TF_Buffer *metadata, TF_Status *status);

void __wrap_TF_SessionRun(TF_Session *session, const TF_Buffer *options, const TF_Output *inputs,
                          TF_Tensor *const *input_values, int input_count, const TF_Output *outputs,
                          TF_Tensor **output_values, int output_count, const TF_Operation *const *targets,
                          int target_count, TF_Buffer *metadata, TF_Status *status) {
  WhileMultiplying blocked;
  __real_TF_SessionRun(session, options, inputs, input_values, input_count, outputs, output_values, output_count,
                       targets, target_count, metadata, status);
}
}
