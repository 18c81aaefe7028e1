# After an abort the worker goes on where it was.
set(file daemon/stages/hop_worker.cc)
set(from [==[      state_ = State::kPublisher;
      // A rebalance]==])
set(to [==[      batch_.Clear();
      state_ = State::kFill;
      // A rebalance]==])
