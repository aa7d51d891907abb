-- Of an operation that waits for long the attempts between the first and the latest are forgotten.
GRANT DELETE ON platform.operation_attempts TO :"platform";
