//===- OptionParsers.h - Values of options, and what is none ----*- C++ -*-===//

#ifndef BNN_TOOLS_BNN_COMPILE_OPTIONPARSERS_H
#define BNN_TOOLS_BNN_COMPILE_OPTIONPARSERS_H

#include "llvm/Support/CommandLine.h"
#include <limits>
#include <string>

namespace bnn {

/// One of several words; another one is answered with all of them.
template <typename Value> class Word : public llvm::cl::parser<Value> {
public:
  using llvm::cl::parser<Value>::parser;

  bool parse(llvm::cl::Option &option, llvm::StringRef /*name*/,
             llvm::StringRef text, Value &value) {
    std::string words;
    for (const auto &known : this->Values) {
      if (known.Name == text) {
        value = known.V.getValue();
        return false;
      }
      words += (words.empty() ? "" : ", ") + known.Name.str();
    }
    return option.error("'" + text + "' is none of " + words);
  }
};

/// A whole number from 0 on.
template <typename Value> class Number : public llvm::cl::basic_parser<Value> {
public:
  explicit Number(llvm::cl::Option &option)
      : llvm::cl::basic_parser<Value>(option), plain(option) {}

  bool parse(llvm::cl::Option &option, llvm::StringRef /*name*/,
             llvm::StringRef text, Value &value) {
    if (!text.getAsInteger(0, value))
      return false;
    return option.error("'" + text + "' is no whole number from 0 to " +
                        llvm::Twine(std::numeric_limits<Value>::max()));
  }

  /// What prints values; it cannot be derived from.
  operator const llvm::cl::parser<Value> &() const { return plain; }

private:
  llvm::cl::parser<Value> plain;
};

template <typename Value>
using WordOption = llvm::cl::opt<Value, false, Word<Value>>;
template <typename Value>
using NumberOption = llvm::cl::opt<Value, false, Number<Value>>;

} // namespace bnn

#endif // BNN_TOOLS_BNN_COMPILE_OPTIONPARSERS_H
