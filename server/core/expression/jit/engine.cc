// LLVM behind four calls: a module, its object code, a link, a function pointer (ORC).

#include <atomic>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "llvm/ExecutionEngine/Orc/CompileUtils.h"
#include "llvm/ExecutionEngine/Orc/Core.h"
#include "llvm/ExecutionEngine/Orc/ExecutorProcessControl.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Host.h"
#include "server/core/expression/jit/emitter.h"
#include "server/core/expression/jit/native.h"

namespace thalweg::expression {
namespace {

namespace orc = llvm::orc;

/// LLVM itself, set up once and never taken down.
class Engine {
 public:
  static Engine& Get() {
    static auto* const engine = new Engine;
    return *engine;
  }

  bool ok() const { return session_ != nullptr; }

  /// The address of `evaluate` in `object`; its memory belongs to `library`.
  llvm::Expected<orc::ExecutorAddr> Link(std::unique_ptr<llvm::MemoryBuffer> object,
                                         orc::JITDylib*& library) {
    static std::atomic<uint64_t> number{0};
    library = &session_->createBareJITDylib(absl::StrCat("program", number++));
    if (auto error = library->define(orc::absoluteSymbols(host_symbols_))) return error;
    if (auto error = linker_->add(*library, std::move(object))) return error;
    auto symbol = session_->lookup({library}, "evaluate");
    if (!symbol) return symbol.takeError();
    return symbol->getAddress();
  }

  void Free(orc::JITDylib& library) { llvm::consumeError(session_->removeJITDylib(library)); }

  std::unique_ptr<llvm::TargetMachine> MakeTarget(Instructions instructions) const {
    orc::JITTargetMachineBuilder builder(triple_);
    builder.setCPU(instructions == Instructions::kScalar   ? "x86-64"
                   : instructions == Instructions::kAvx512 ? "x86-64-v4"
                                                           : "x86-64-v3");
    builder.setCodeGenOptLevel(llvm::CodeGenOptLevel::Default);
    builder.getOptions().AllowFPOpFusion = llvm::FPOpFusion::Strict;
    builder.setRelocationModel(llvm::Reloc::PIC_);
    builder.setCodeModel(llvm::CodeModel::Small);
    auto target = builder.createTargetMachine();
    if (!target) {
      llvm::consumeError(target.takeError());
      return nullptr;
    }
    return std::move(*target);
  }

 private:
  Engine() : triple_(llvm::sys::getProcessTriple()) {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    auto process = orc::SelfExecutorProcessControl::Create();
    if (!process) {
      llvm::consumeError(process.takeError());
      return;
    }
    session_ = std::make_unique<orc::ExecutionSession>(std::move(*process));
    linker_ = std::make_unique<orc::ObjectLinkingLayer>(*session_);
    // All that machine code may call by name; everything else is called by address.
    const auto allow = [&](const char* name, auto* function) {
      host_symbols_[session_->intern(name)] = {orc::ExecutorAddr::fromPtr(function),
                                               llvm::JITSymbolFlags::Exported};
    };
    allow("memset", &::memset);
    allow("memcpy", &::memcpy);
    allow("floor", static_cast<double (*)(double)>(&::floor));
    allow("ceil", static_cast<double (*)(double)>(&::ceil));
    allow("nearbyint", static_cast<double (*)(double)>(&::nearbyint));
  }

  llvm::Triple triple_;
  std::unique_ptr<orc::ExecutionSession> session_;
  std::unique_ptr<orc::ObjectLinkingLayer> linker_;
  orc::SymbolMap host_symbols_;
};

class LinkedCode final : public NativeCode {
 public:
  LinkedCode(orc::JITDylib& library, orc::ExecutorAddr address, int64_t scratch,
             int64_t coordinates)
      : library_(library) {
    function_ = address.toPtr<Function>();
    scratch_doubles_ = scratch;
    coordinates_ = coordinates;
  }
  ~LinkedCode() override { Engine::Get().Free(library_); }

 private:
  orc::JITDylib& library_;
};

absl::Status Failed(const std::string& what, llvm::Error error) {
  return absl::InternalError(absl::StrCat(what, ": ", llvm::toString(std::move(error))));
}

}  // namespace

Instructions BestInstructions() {
  static const Instructions best = [] {
    llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
    const auto has = [&](const char* name) { return features.lookup(name); };
    if (!has("avx2") || !has("fma")) return Instructions::kScalar;
    const bool wide =
        has("avx512f") && has("avx512dq") && has("avx512vl") && has("avx512bw") && has("avx512cd");
    return wide ? Instructions::kAvx512 : Instructions::kAvx2;
  }();
  return best;
}

absl::StatusOr<std::shared_ptr<const NativeCode>> CompileNative(const Program& program,
                                                                Points points,
                                                                Instructions instructions) {
  if (program.ops.size() > kMostNativeOperations) {
    return absl::ResourceExhaustedError(absl::StrCat("the program has ", program.ops.size(),
                                                     " operations; machine code is made of ",
                                                     kMostNativeOperations, " at most"));
  }
  Engine& engine = Engine::Get();
  if (!engine.ok()) return absl::UnavailableError("this machine allows no machine code");
  auto target = engine.MakeTarget(instructions);
  if (target == nullptr) return absl::UnavailableError("LLVM does not know this machine");
  llvm::LLVMContext context;
  context.setDiscardValueNames(true);
  llvm::Module module("formula", context);
  module.setDataLayout(target->createDataLayout());
  module.setTargetTriple(target->getTargetTriple().str());
  const Plan plan(program);
  if (points == Points::kEight && !(Emitter::CanTakePoints(program) && plan.PointsPay())) {
    return absl::UnimplementedError("eight points at once would not be faster");
  }
  Emitter emitter(program, plan, points, instructions, module);
  if (!emitter.Run()) return absl::ResourceExhaustedError("the machine code would be too long");
  std::string problem;
  llvm::raw_string_ostream out(problem);
  if (llvm::verifyModule(module, &out)) return absl::InternalError(problem);
  orc::SimpleCompiler compile(*target);
  auto object = compile(module);
  if (!object) return Failed("compiling", object.takeError());
  orc::JITDylib* library = nullptr;
  auto address = engine.Link(std::move(*object), library);
  if (!address) {
    if (library != nullptr) engine.Free(*library);
    return Failed("linking", address.takeError());
  }
  return std::make_shared<LinkedCode>(*library, *address, emitter.scratch_doubles(),
                                      program.arrays[kInputArray].length);
}

}  // namespace thalweg::expression
