# At least once: offsets are committed before the records are with the broker.
set(file daemon/kafka/publisher.cc)
set(from [==[State::kSendOffsets : State::kFlush]==])
set(to [==[State::kSendOffsets : State::kCommit]==])
