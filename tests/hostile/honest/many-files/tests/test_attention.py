import attention
