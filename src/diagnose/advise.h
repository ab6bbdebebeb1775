// SPDX-License-Identifier: Apache-2.0
// What to change, what to bring, and when kubelet will try again.
#pragma once

#include "diagnose/case_file.h"
#include "diagnose/judge.h"
#include "diagnose/verdict.h"

namespace unsnag::diagnose {

/// Fills verdict.advice and verdict.bring from the cause's file: what fits this platform, runtime and version.
void advise(const CaseFile& file, const Firing& firing, Verdict& verdict);

/// Fills verdict.next_retry by kubelet's back-off rule, where a failure is to be tried again.
void tell_next_retry(const CaseFile& file, Verdict& verdict);

}  // namespace unsnag::diagnose
