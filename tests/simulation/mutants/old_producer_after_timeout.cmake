# After a call without an answer the same producer goes on: what arrives late ends its next transaction.
set(file daemon/kafka/publisher.cc)
set(from [==[    case ErrorClass::kFenced:
    case ErrorClass::kTimedOut: return Replace(error, now);]==])
set(to [==[    case ErrorClass::kFenced: return Replace(error, now);]==])
