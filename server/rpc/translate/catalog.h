#pragma once

#include <span>

#include "server/core/catalog_entry.h"
#include "server/core/expression/functions.h"
#include "server/core/functions/test_function.h"
#include "server/core/optimizer.h"
#include "server/core/option_info.h"
#include "thalweg/v1/catalog_service.pb.h"

/// Rows of catalogues as they travel.
namespace thalweg::rpc {

/// What an optimizer can do with its default settings.
void ToWire(const Capabilities& capabilities, v1::Capabilities& wire);
void ToWire(const OptionInfo& option, v1::Option& wire);
void ToWire(const TestFunction& function, v1::Function& wire);
void ToWire(const expression::FunctionInfo& function, v1::LanguageFunction& wire);

template <typename Thing>
void ToWire(const CatalogEntry<Thing>& entry, v1::CatalogEntry& wire) {
  wire.set_name(entry.name);
  wire.set_title(entry.title);
  wire.set_summary(entry.summary);
  wire.set_formula(entry.formula);
  wire.set_source(entry.source);
  wire.set_advice(entry.advice);
  wire.set_example(entry.example);
  for (const OptionInfo& option : entry.options) ToWire(option, *wire.add_options());
}

}  // namespace thalweg::rpc
