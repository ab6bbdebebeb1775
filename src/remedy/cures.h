// SPDX-License-Identifier: Apache-2.0
// The cures, one a file in cures/. cure.cc alone needs them.
#pragma once

#include "remedy/cure.h"

namespace unsnag::remedy {

extern const Cure k_credential_provider_failure;
extern const Cure k_cri_deadline;
extern const Cure k_disk_pressure_gc;
extern const Cure k_fd_or_process_limit;
extern const Cure k_http_https_mismatch;
extern const Cure k_image_verification_of_credentials;
extern const Cure k_mirror_misconfigured;
extern const Cure k_progress_deadline;
extern const Cure k_proxy_misconfigured;
extern const Cure k_pull_qps_exceeded;
extern const Cure k_serialized_queue;
extern const Cure k_slow_disk;
extern const Cure k_tls_untrusted;

}  // namespace unsnag::remedy
