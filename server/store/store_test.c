/* SPDX-License-Identifier: Apache-2.0 */
/* The suite for one engine: store_test sqlite. What is special to an engine is tested in its folder. */
#include "server/store/store_test.h"

int
main(int argc, char **argv)
{
	int failed = 0;

	if (argc > 1)
		place_engine = argv[1];
	failed += transaction_tests();
	failed += threads_tests();
	failed += account_tests();
	failed += ca_tests();
	failed += device_tests();
	failed += small_rows_tests();
	failed += task_tests();
	failed += finding_tests();
	failed += suppression_tests();
	failed += schedule_tests();
	failed += log_tests();
	failed += mitigation_tests();
	failed += outbox_tests();
	failed += revocation_tests();
	return failed == 0 ? 0 : 1;
}
