# When a partition is taken away the batch is forgotten, and what is still ours of it not read again.
set(file daemon/stages/hop_worker.cc)
set(from [==[  in_flight_ = held_back_ = false;
  state_ = State::kRewind;]==])
set(to [==[  in_flight_ = held_back_ = false;
  state_ = State::kFill;]==])
